package dev.resilience.failure;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.resilience.FailureKind;
import io.grpc.CallOptions;
import io.grpc.KnownLength;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Tests for {@link GrpcLinkClassifier} with a client and a server on a real socket.
 */
class GrpcFailureTests {

	private static final MethodDescriptor<byte[], byte[]> METHOD = MethodDescriptor.<byte[], byte[]>newBuilder()
		.setType(MethodDescriptor.MethodType.UNARY)
		.setFullMethodName("payments/charge")
		.setRequestMarshaller(new Bytes())
		.setResponseMarshaller(new Bytes())
		.build();

	private final FailureClassification classification = FailureClassification.create(List.of(), null);

	private volatile Status status = Status.OK;

	private volatile Metadata trailers = new Metadata();

	private volatile byte[] reply = new byte[0];

	private volatile boolean silent;

	private Server server;

	private ManagedChannel channel;

	@BeforeEach
	void start() throws IOException {
		this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
			.directExecutor()
			.addService(ServerServiceDefinition.builder("payments")
				.addMethod(METHOD, ServerCalls.asyncUnaryCall((request, response) -> {
					if (this.silent) {
						return;
					}
					if (this.status.isOk()) {
						response.onNext(this.reply);
						response.onCompleted();
						return;
					}
					response.onError(this.status.asRuntimeException(this.trailers));
				}))
				.build())
			.build()
			.start();
		this.channel = NettyChannelBuilder
			.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.server.getPort()))
			.usePlaintext()
			.maxInboundMessageSize(1000)
			.build();
	}

	@AfterEach
	void stop() throws InterruptedException {
		this.channel.shutdownNow();
		this.server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
	}

	@ParameterizedTest
	@CsvSource({ "DEADLINE_EXCEEDED, TIMEOUT", "RESOURCE_EXHAUSTED, RATE_LIMITED", "UNAVAILABLE, SERVER_ERROR",
			"INTERNAL, SERVER_ERROR", "ABORTED, SERVER_ERROR", "DATA_LOSS, CORRUPT_DATA",
			"UNAUTHENTICATED, CLIENT_ERROR", "PERMISSION_DENIED, CLIENT_ERROR", "INVALID_ARGUMENT, CLIENT_ERROR",
			"NOT_FOUND, CLIENT_ERROR", "ALREADY_EXISTS, CLIENT_ERROR", "FAILED_PRECONDITION, CLIENT_ERROR",
			"OUT_OF_RANGE, CLIENT_ERROR", "UNIMPLEMENTED, CLIENT_ERROR", "CANCELLED, UNKNOWN", "UNKNOWN, UNKNOWN" })
	void statuses(Status.Code code, FailureKind kind) {
		this.status = code.toStatus().withDescription("no");
		assertThat(classify().kind()).isEqualTo(kind);
		assertThat(classify().unauthorized())
			.isEqualTo(code == Status.Code.UNAUTHENTICATED || code == Status.Code.PERMISSION_DENIED);
		assertThat(this.classification.classify(new StatusException(this.status)).kind()).isEqualTo(kind);
	}

	@ParameterizedTest
	@CsvSource({ "grpc-retry-pushback-ms, 1500, 1500", "retry-after, 2, 2000" })
	void serverSaysWhenItMayBeAskedAgain(String trailer, String value, long millis) {
		for (Status each : List.of(Status.RESOURCE_EXHAUSTED, Status.UNAVAILABLE)) {
			this.status = each;
			this.trailers = trailer(trailer, value);
			assertThat(classify().retryAfter()).isEqualTo(Duration.ofMillis(millis));
		}
		this.status = Status.INTERNAL;
		assertThat(classify().retryAfter()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "grpc-retry-pushback-ms", "retry-after" })
	void nonsenseAboutItCountsAsAbsent(String trailer) {
		this.status = Status.RESOURCE_EXHAUSTED;
		for (String value : List.of("soon", "-1", "1.5", "", "99999999999999999999")) {
			this.trailers = trailer(trailer, value);
			assertThat(classify().retryAfter()).as(value).isNull();
		}
	}

	@Test
	void replyThatIsTooLargeIsNoRateLimit() {
		this.reply = new byte[2000];
		StatusRuntimeException failure = (StatusRuntimeException) catchThrowable(() -> call(null));
		assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
		assertThat(this.classification.classify(failure).kind()).isEqualTo(FailureKind.CLIENT_ERROR);
	}

	@Test
	void deadline() {
		this.silent = true;
		assertThat(this.classification.classify(catchThrowable(() -> call(Duration.ofMillis(300)))).kind())
			.isEqualTo(FailureKind.TIMEOUT);
	}

	@Test
	void refusedConnection() throws InterruptedException {
		this.server.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
		Throwable failure = catchThrowable(() -> call(null));
		assertThat(failure).hasRootCauseInstanceOf(ConnectException.class);
		assertThat(this.classification.classify(failure).kind()).isEqualTo(FailureKind.CONNECTION_REFUSED);
	}

	@Test
	void connectionThatIsLostMayHaveCarriedTheRequest() throws IOException {
		// half of a handshake of HTTP/2
		try (TalkingServer half = new TalkingServer("", (line) -> null)) {
			ManagedChannel lost = NettyChannelBuilder.forAddress("127.0.0.1", half.port()).usePlaintext().build();
			try {
				Throwable failure = catchThrowable(() -> ClientCalls.blockingUnaryCall(lost, METHOD,
						CallOptions.DEFAULT.withDeadlineAfter(10, TimeUnit.SECONDS), new byte[0]));
				assertThat(this.classification.classify(failure).kind()).isEqualTo(FailureKind.SERVER_ERROR);
			}
			finally {
				lost.shutdownNow();
			}
		}
	}

	private Classification classify() {
		return this.classification.classify(catchThrowable(() -> call(null)));
	}

	private void call(@Nullable Duration deadline) {
		Duration patience = (deadline != null) ? deadline : Duration.ofSeconds(20);
		ClientCalls.blockingUnaryCall(this.channel, METHOD,
				CallOptions.DEFAULT.withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS), new byte[0]);
	}

	private static Metadata trailer(String name, String value) {
		Metadata trailers = new Metadata();
		trailers.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
		return trailers;
	}

	private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {

		@Override
		public InputStream stream(byte[] value) {
			return new Known(value);
		}

		@Override
		public byte[] parse(InputStream stream) {
			try {
				return stream.readAllBytes();
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	private static final class Known extends ByteArrayInputStream implements KnownLength {

		private Known(byte[] bytes) {
			super(bytes);
		}

	}

}
