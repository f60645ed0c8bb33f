package dev.resilience.failure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import dev.resilience.DependencyException;
import dev.resilience.FailureClassifier;
import dev.resilience.FailureKind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.ClassUtils;

/**
 * Classifies what a guarded method threw: the application's classifiers first, then the
 * built-in ones, which look for the deepest cause that they know.
 */
public final class FailureClassification {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	private static final int LONGEST_CHAIN = 64;

	/** What handles their failures, by the type that tells whether they are present. */
	static final Map<String, Supplier<LinkClassifier>> TECHNOLOGIES = technologies();

	private static final LinkClassifier JDK = new JdkLinkClassifier();

	private final List<FailureClassifier> applicationClassifiers;

	private final List<LinkClassifier> linkClassifiers;

	private FailureClassification(List<FailureClassifier> applicationClassifiers,
			List<LinkClassifier> linkClassifiers) {
		this.applicationClassifiers = List.copyOf(applicationClassifiers);
		this.linkClassifiers = List.copyOf(linkClassifiers);
	}

	private static Map<String, Supplier<LinkClassifier>> technologies() {
		Map<String, Supplier<LinkClassifier>> technologies = new LinkedHashMap<>();
		technologies.put("org.springframework.security.core.AuthenticationException", SecurityLinkClassifier::new);
		technologies.put("jakarta.validation.ConstraintViolationException", ValidationLinkClassifier::new);
		technologies.put("org.springframework.web.client.RestClientException", RestClientLinkClassifier::new);
		technologies.put("org.springframework.web.reactive.function.client.WebClientException",
				WebClientLinkClassifier::new);
		technologies.put("feign.FeignException", FeignLinkClassifier::new);
		technologies.put("org.apache.hc.client5.http.ConnectTimeoutException", ApacheLinkClassifier::new);
		technologies.put("org.eclipse.jetty.client.HttpResponseException", JettyLinkClassifier::new);
		technologies.put("io.netty.handler.codec.http.HttpObjectDecoder", NettyLinkClassifier::new);
		technologies.put("io.grpc.Status", GrpcLinkClassifier::new);
		technologies.put("java.sql.SQLException", JdbcLinkClassifier::new);
		technologies.put("org.springframework.data.redis.RedisConnectionFailureException",
				SpringRedisLinkClassifier::new);
		technologies.put("org.springframework.dao.DataAccessException", DataAccessLinkClassifier::new);
		technologies.put("io.lettuce.core.RedisException", LettuceLinkClassifier::new);
		technologies.put("org.apache.kafka.common.KafkaException", KafkaLinkClassifier::new);
		technologies.put("org.eclipse.angus.mail.smtp.SMTPSendFailedException", MailLinkClassifier::new);
		technologies.put("org.springframework.mail.MailException", SpringMailLinkClassifier::new);
		return technologies;
	}

	/**
	 * Create a classification with a classifier for each technology that is present.
	 * @param applicationClassifiers the application's own, in their order
	 * @param classLoader where to look for the technologies
	 * @return the classification
	 */
	public static FailureClassification create(List<FailureClassifier> applicationClassifiers,
			@Nullable ClassLoader classLoader) {
		List<LinkClassifier> links = new ArrayList<>();
		TECHNOLOGIES.forEach((type, classifier) -> {
			if (ClassUtils.isPresent(type, classLoader)) {
				links.add(classifier.get());
			}
		});
		links.add(new NamedLinkClassifier());
		return new FailureClassification(applicationClassifiers, links);
	}

	/**
	 * Classify a failure.
	 * @param failure what a guarded method threw
	 * @return what it is; the kind is {@link FailureKind#UNKNOWN} if nobody knows
	 */
	public Classification classify(Throwable failure) {
		if (failure instanceof FailedResult returned) {
			return returned.classification();
		}
		for (FailureClassifier classifier : this.applicationClassifiers) {
			FailureKind kind = ask(classifier, failure);
			if (kind == FailureKind.NONE) {
				return Classification.ANSWER;
			}
			if (kind != null) {
				// the kind is the application's, the details are still the technology's
				return classifyChain(failure).withKind(kind);
			}
		}
		return classifyChain(failure);
	}

	// a call must not be lost because its failure could not be classified
	private static @Nullable FailureKind ask(FailureClassifier classifier, Throwable failure) {
		try {
			return classifier.classify(failure);
		}
		catch (RuntimeException ex) {
			logger.error("Failure classifier {} failed", classifier.getClass().getName(), ex);
			return null;
		}
	}

	private Classification classifyChain(Throwable failure) {
		Classification deepest = Classification.UNRECOGNIZED;
		Throwable link = failure;
		for (int i = 0; link != null && i < LONGEST_CHAIN; i++) {
			if (link instanceof DependencyException refused) {
				// a guarded call inside a guarded call: its causes are older failures
				return Classification.of(refused.failure());
			}
			if (link instanceof FailedResult returned) {
				return returned.classification();
			}
			Classification known = classifyLink(link, deepest);
			if (known != null) {
				deepest = known;
			}
			if (deepest.conclusive()) {
				return deepest;
			}
			link = next(link);
		}
		return deepest;
	}

	private @Nullable Throwable next(Throwable link) {
		Throwable next = link.getCause();
		for (int i = 0; next == null && i < this.linkClassifiers.size(); i++) {
			next = this.linkClassifiers.get(i).hiddenCause(link);
		}
		return next;
	}

	private @Nullable Classification classifyLink(Throwable link, Classification around) {
		for (LinkClassifier classifier : this.linkClassifiers) {
			Classification known = classifier.classify(link);
			if (known != null) {
				return known;
			}
		}
		// the JDK's exceptions belong to the technology that has wrapped them
		Classification known = JDK.classify(link);
		return (known != null && around.database()) ? known.asDatabase() : known;
	}

}
