package dev.resilience;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the parameter of a {@link Dependency @Dependency} method whose argument is the
 * idempotency key of the call, such as the number of an order: see
 * {@link DependencyCall#idempotencyKey()}. It is sent with the requests of the call when
 * {@code resilience.dependencies.<name>.idempotency-key} is {@code true}.
 *
 * <p>
 * The key is the argument as text ({@code String.valueOf}): 1 to 255 printable ASCII
 * characters, without space at its ends. Anything else, {@code null} too, is an
 * {@link IllegalArgumentException} for every type of dependency, before anything is sent.
 * At most one parameter of a method, and no array; annotations in superclasses and
 * interfaces count.
 */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@Documented
public @interface IdempotencyKey {

}
