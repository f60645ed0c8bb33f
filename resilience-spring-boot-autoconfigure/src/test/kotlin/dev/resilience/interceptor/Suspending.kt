package dev.resilience.interceptor

import dev.resilience.Dependency
import dev.resilience.DependencyCall
import dev.resilience.DependencyType.CRITICAL
import dev.resilience.DependencyType.DEGRADED
import dev.resilience.DependencyType.OPTIONAL
import dev.resilience.IdempotencyKey
import dev.resilience.PartialFailureException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.reactor.ReactorContext
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlin.coroutines.coroutineContext
import reactor.core.publisher.Mono

/** The dependency that guards the coroutine: it is known by Reactor's context. */
suspend fun here(): String {
	val call = coroutineContext[ReactorContext]?.context?.getOrDefault<DependencyCall>(DependencyCall::class.java, null)
	return call?.name() ?: "UNGUARDED"
}

/** Suspending functions that are guarded. */
open class SuspendingClient {

	private val attempts = AtomicInteger()

	private val started = CountDownLatch(1)

	private val cancelled = CountDownLatch(1)

	open fun attempts(): Int = this.attempts.get()

	open fun awaitStart() = this.started.await()

	open fun awaitCancellationOfWork() = this.cancelled.await()

	@Dependency(name = "partner", type = CRITICAL)
	open suspend fun call(argument: String): String {
		delay(1)
		return argument + ": " + here()
	}

	@Dependency(name = "partner", type = CRITICAL, idempotent = true)
	open suspend fun third(): Int {
		delay(1)
		check(this.attempts.incrementAndGet() == 3) { "not yet" }
		return this.attempts.get()
	}

	@Dependency(name = "partner", type = CRITICAL, idempotent = true)
	open suspend fun current(): List<String> {
		val seen = mutableListOf(thread())
		delay(1)
		seen += thread()
		seen += withContext(Dispatchers.IO) { thread() }
		if (this.attempts.incrementAndGet() == 1) {
			throw IllegalStateException()
		}
		return seen
	}

	private fun thread() = DependencyCall.current().map { it.name() + " " + it.attempt() }.orElse("UNGUARDED")

	@Dependency(name = "partner", type = CRITICAL)
	open suspend fun nothing() {
		delay(1)
	}

	@Dependency(name = "partner", type = CRITICAL)
	open suspend fun nullable(): String? {
		delay(1)
		return null
	}

	@Dependency(name = "hanging", type = CRITICAL, timeout = "50ms")
	open suspend fun hang(): String = hanging()

	@Dependency(name = "waiting", type = CRITICAL, timeout = "1m")
	open suspend fun waitForEver(): String = hanging()

	private suspend fun hanging(): String {
		this.started.countDown()
		try {
			awaitCancellation()
		}
		catch (ex: CancellationException) {
			this.cancelled.countDown()
			throw ex
		}
	}

	@Dependency(name = "partner", type = DEGRADED, fallback = "last")
	open suspend fun withFallback(argument: String): String = throw IllegalStateException(argument)

	private fun last(argument: String, cause: Throwable): String = argument + " after " + cause.message

	@Dependency(name = "partner", type = DEGRADED, fallback = "suspended")
	open suspend fun withSuspendingFallback(argument: String): String = throw IllegalStateException(argument)

	private suspend fun suspended(argument: String, cause: Throwable): String {
		delay(1)
		return argument + " late after " + cause.message
	}

	@Dependency(name = "partner", type = DEGRADED, fallback = "mono")
	open suspend fun withMono(): Int = throw IllegalStateException()

	fun mono(): Mono<Int> = Mono.just(7)

	@Dependency(name = "partner", type = DEGRADED, fallback = "seven")
	open suspend fun withPrimitive(): Int = throw IllegalStateException()

	fun seven(): Int = 7

	@Dependency(name = "partner", type = DEGRADED)
	open suspend fun list(): List<String> = throw IllegalStateException()

	@Dependency(name = "partner", type = DEGRADED)
	open suspend fun unit() {
		throw IllegalStateException()
	}

	@Dependency(name = "partner", type = OPTIONAL)
	open suspend fun optionalUnit() {
		throw IllegalStateException()
	}

	@Dependency(name = "partner", type = OPTIONAL)
	open suspend fun optional(): String? = throw IllegalStateException()

	@Dependency(name = "partner", type = OPTIONAL)
	open suspend fun optionalNumber(): Int = throw IllegalStateException()

	@Dependency(name = "partner", type = CRITICAL)
	open suspend fun flow(): Flow<String> {
		delay(1)
		val guard = here()
		return flowOf("a", guard)
	}

	@Dependency(name = "partner", type = DEGRADED, fallback = "otherFlow")
	open suspend fun failingFlow(): Flow<String> = flow { throw IllegalStateException() }

	fun otherFlow(): Flow<String> = flowOf("other")

	@Dependency(name = "keyed", type = CRITICAL, idempotent = true)
	open suspend fun keyed(@IdempotencyKey key: String): String {
		val call = coroutineContext[ReactorContext]!!.context.get<DependencyCall>(DependencyCall::class.java)
		check(this.attempts.incrementAndGet() == 2) { "not yet" }
		return call.idempotencyKey()
	}

	@Dependency(name = "items", type = CRITICAL)
	open suspend fun items(items: List<String>): Map<String, String> {
		if (this.attempts.incrementAndGet() == 1) {
			throw PartialFailureException(mapOf("a" to "1"), mapOf("b" to java.net.ConnectException()))
		}
		return items.associateWith { "2" }
	}

	@Dependency(name = "kept", type = DEGRADED)
	open suspend fun kept(argument: String): String {
		check(this.attempts.incrementAndGet() == 1) { "down" }
		return "good for $argument"
	}

}

/** An interface whose functions are guarded, for interface proxies. */
interface SuspendingContract {

	@Dependency(name = "partner", type = DEGRADED, fallback = "none")
	suspend fun call(argument: String): String

	fun none(argument: String): String = "none for $argument"

}

open class SuspendingImplementation : SuspendingContract {

	override suspend fun call(argument: String): String {
		delay(1)
		check(argument != "fail")
		return argument + ": " + here()
	}

}

/** Calls from Java. */
object Coroutines {

	@JvmStatic
	fun call(client: SuspendingClient, argument: String): String = runBlocking { client.call(argument) }

	@JvmStatic
	fun call(client: SuspendingContract, argument: String): String = runBlocking { client.call(argument) }

	@JvmStatic
	fun third(client: SuspendingClient): Int = runBlocking { client.third() }

	@JvmStatic
	fun current(client: SuspendingClient): List<String> = runBlocking {
		client.current() + DependencyCall.current().map { it.name() }.orElse("left")
	}

	@JvmStatic
	fun nothing(client: SuspendingClient): Unit = runBlocking { client.nothing() }

	@JvmStatic
	fun nullable(client: SuspendingClient): String? = runBlocking { client.nullable() }

	@JvmStatic
	fun hang(client: SuspendingClient): String = runBlocking { client.hang() }

	@JvmStatic
	fun cancelWhenStarted(client: SuspendingClient): Unit = runBlocking {
		val job = launch(Dispatchers.Default) { client.waitForEver() }
		client.awaitStart()
		job.cancelAndJoin()
	}

	@JvmStatic
	fun fallbacks(client: SuspendingClient): List<Any> = runBlocking {
		listOf(client.withFallback("a"), client.withSuspendingFallback("b"), client.withMono(), client.withPrimitive())
	}

	@JvmStatic
	fun empty(client: SuspendingClient): List<Any?> = runBlocking {
		client.unit()
		client.optionalUnit()
		listOf(client.list(), client.optional(), client.optionalNumber())
	}

	@JvmStatic
	fun flow(client: SuspendingClient): List<String> = runBlocking { client.flow().toList() }

	@JvmStatic
	fun failingFlow(client: SuspendingClient): List<String> = runBlocking { client.failingFlow().toList() }

	@JvmStatic
	fun keyed(client: SuspendingClient, key: String): String = runBlocking { client.keyed(key) }

	@JvmStatic
	fun items(client: SuspendingClient, items: List<String>): Map<String, String> = runBlocking { client.items(items) }

	@JvmStatic
	fun kept(client: SuspendingClient, argument: String): String = runBlocking { client.kept(argument) }

}

open class FlowWithoutSuspending {

	@Dependency(name = "partner", type = CRITICAL)
	open fun call(): Flow<String> = flowOf("a")

}

open class NotSuspendingDeferred {

	@Dependency(name = "partner", type = CRITICAL)
	open fun call(): Deferred<String> = CompletableDeferred("a")

}

open class SuspendingDeferred {

	@Dependency(name = "partner", type = CRITICAL)
	open suspend fun call(): Deferred<String> = CompletableDeferred("a")

}

open class SuspendingFuture {

	@Dependency(name = "partner", type = CRITICAL)
	open suspend fun call(): CompletableFuture<String> = CompletableFuture.completedFuture("a")

}

open class DegradedWithoutWayOut {

	@Dependency(name = "partner", type = DEGRADED)
	open suspend fun call(argument: String): String = argument

}

open class OptionalNotNull {

	@Dependency(name = "partner", type = OPTIONAL)
	open suspend fun call(argument: String): String = argument

}

open class WrongFallback {

	@Dependency(name = "partner", type = DEGRADED, fallback = "none")
	open suspend fun call(argument: String): String = argument

	fun none(argument: String): Int = 1

	suspend fun none(argument: Int): String = ""

}

open class SuspendingFallbackOfBlocking {

	@Dependency(name = "partner", type = DEGRADED, fallback = "none")
	open fun call(): String = ""

	suspend fun none(): String = ""

}
