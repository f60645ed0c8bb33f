package dev.resilience.interceptor

import dev.resilience.Dependency
import dev.resilience.DependencyCall
import dev.resilience.DependencyType.CRITICAL
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking

/** Calls its guarded functions itself, in the ways that Kotlin compiles differently from Java. */
open class SelfCalling {

	open fun withDefault() = charge()

	fun inLambda(): () -> String = { charge("a") }

	fun inNestedLambda(): () -> () -> String = { { charge("a") } }

	fun inlined(): List<String> = listOf("a").map { charge(it) }

	open suspend fun suspending(): String {
		delay(1)
		return charge("a")
	}

	@Dependency(name = "payments", type = CRITICAL)
	open suspend fun sameDependency(): String {
		delay(1)
		return charge("a") + charge()
	}

	fun other(other: SelfCalling): () -> String = { other.charge() + other.charge("a") }

	open suspend fun suspended(): String = later()

	@Dependency(name = "payments", type = CRITICAL)
	open fun charge(customer: String = "b"): String = customer + " within " + DependencyCall.current().map { it.name() }.orElse("nothing")

	@Dependency(name = "later", type = CRITICAL)
	open suspend fun later(): String {
		delay(1)
		return DependencyCall.current().map { it.name() }.orElse("nothing")
	}

	companion object {

		@JvmStatic
		fun later(client: SelfCalling): List<String> = runBlocking { listOf(client.later(), client.suspended()) }

	}

}

/** A private suspending function, which nothing guards. */
open class PrivateSuspending {

	@Dependency(name = "later", type = CRITICAL)
	private suspend fun later(): String {
		delay(1)
		return ""
	}

	suspend fun call(): String = later()

}
