package dev.resilience;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.core.annotation.AliasFor;

/**
 * Marks a method as an integration point with somebody else's system and says what that
 * system is to the application. The strategy (retry, breaker, bulkhead, timeout,
 * fallback) follows from the {@linkplain #type() type}.
 *
 * <p>
 * Works on methods of beans' classes and interfaces, on a type (then for all its public
 * methods, each of which may refine it with an annotation of its own), and as a
 * meta-annotation. Objects that are not beans, and calls of a bean to itself, are not
 * seen.
 *
 * <p>
 * Every value can be overridden in the configuration. Highest wins:
 * {@code resilience.dependencies.<name>.operations.<method>},
 * {@code resilience.dependencies.<name>}, this annotation,
 * {@code resilience.types.<type>}, the built-in default.
 */
@Target({ ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface Dependency {

	/**
	 * The order of the advisor that guards annotated methods: outside transactions and
	 * caching, inside security. It is {@code Ordered.LOWEST_PRECEDENCE - 1000}.
	 */
	int ADVISOR_ORDER = Integer.MAX_VALUE - 1000;

	/**
	 * Alias for {@link #name()}.
	 * @return the name of the dependency
	 */
	@AliasFor("name")
	String value() default "";

	/**
	 * The dependency: the remote system, not the method. Methods that share a name share
	 * its breaker, bulkhead, limits and retry budget. Default: the simple name of the
	 * declaring class in kebab case.
	 * @return the name of the dependency
	 */
	@AliasFor("value")
	String name() default "";

	/**
	 * What the dependency is to the application. Default: the type from the properties,
	 * else the only type that the dependency's other methods declare; the application
	 * does not start when there is none.
	 * @return the type
	 */
	DependencyType type() default DependencyType.UNCLASSIFIED;

	/**
	 * Bounds the whole call, retries and waits included: {@code "3s"}, {@code "500ms"},
	 * {@code "PT3S"} or a placeholder. Default: 10s for critical, 2s for degraded, 3s for
	 * optional dependencies.
	 * @return the timeout
	 */
	String timeout() default "";

	/**
	 * The way out when the call fails: a method of the same class (any visibility) or
	 * {@code beanName#method}. It takes the same parameters and optionally one
	 * {@link Throwable}, or a narrower exception, last; of several overloads the
	 * narrowest matching one wins. On an interface it names a {@code default} method.
	 * @return the fallback method; empty for none
	 */
	String fallback() default "";

	/**
	 * Whether the call may be sent again after the partner may have received it. Calls
	 * that provably were never sent are retried in any case.
	 * @return {@code true} if a repetition does no harm; {@code false} by default
	 */
	boolean idempotent() default false;

	/**
	 * Exceptions that are answers and not failures (a declined card): rethrown for every
	 * type, neither retried nor replaced by a fallback, a success for the breaker.
	 * @return the exception classes; none by default
	 */
	Class<? extends Throwable>[] ignore() default {};

}
