package dev.resilience.interceptor;

import java.lang.invoke.MethodType;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import dev.resilience.DependencyType;
import dev.resilience.guard.Form;
import dev.resilience.guard.WayOut;
import org.jspecify.annotations.Nullable;

import org.springframework.core.CollectionFactory;
import org.springframework.core.Nullness;

/**
 * The natural empty value of a return type. A made-up number is no degradation, so a
 * degraded method has one only where "nothing" has a meaning; an optional one nearly
 * always has.
 */
final class NaturalEmpty {

	private static final Map<Class<?>, Supplier<Object>> EMPTY = Map.ofEntries(
			Map.entry(Optional.class, Optional::empty), Map.entry(OptionalInt.class, OptionalInt::empty),
			Map.entry(OptionalLong.class, OptionalLong::empty), Map.entry(OptionalDouble.class, OptionalDouble::empty),
			Map.entry(Iterable.class, List::of), Map.entry(Collection.class, List::of), Map.entry(List.class, List::of),
			Map.entry(Set.class, Set::of), Map.entry(SortedSet.class, Collections::emptySortedSet),
			Map.entry(NavigableSet.class, Collections::emptyNavigableSet), Map.entry(Map.class, Map::of),
			Map.entry(SortedMap.class, Collections::emptySortedMap),
			Map.entry(NavigableMap.class, Collections::emptyNavigableMap),
			Map.entry(Queue.class, java.util.ArrayDeque::new), Map.entry(Stream.class, Stream::empty),
			Map.entry(IntStream.class, IntStream::empty), Map.entry(LongStream.class, LongStream::empty),
			Map.entry(DoubleStream.class, DoubleStream::empty));

	private NaturalEmpty() {
	}

	/**
	 * The way out that serves the natural empty value.
	 * @return the way out, {@code null} if there is no such value
	 */
	static @Nullable WayOut of(Method method, Class<?> beanType, DependencyType type, Form form) {
		if (type == DependencyType.CRITICAL || form == Form.BACKGROUND) {
			return null;
		}
		boolean optional = type == DependencyType.OPTIONAL;
		if (form == Form.FLUX) {
			return nothing();
		}
		Class<?> valueType = ReturnForms.value(method, beanType, form).toClass();
		if (valueType == void.class || valueType == Void.class) {
			return nothing();
		}
		Supplier<Object> empty = empty(valueType);
		if (empty != null) {
			return (work, failure) -> empty.get();
		}
		if (!optional) {
			return null;
		}
		boolean nonNull = (form == Form.BLOCKING || SuspendingFunctions.isSuspending(method))
				&& Nullness.forMethodReturnType(method) == Nullness.NON_NULL;
		Object zero = zero(valueType, nonNull && form == Form.MONO);
		if (zero != null) {
			return (work, failure) -> zero;
		}
		return nonNull ? null : nothing();
	}

	// a suspending function returns Int as an Integer
	private static @Nullable Object zero(Class<?> type, boolean unwrap) {
		Class<?> primitive = unwrap ? MethodType.methodType(type).unwrap().returnType() : type;
		return primitive.isPrimitive() ? Array.get(Array.newInstance(primitive, 1), 0) : null;
	}

	private static WayOut nothing() {
		return (work, failure) -> null;
	}

	private static @Nullable Supplier<Object> empty(Class<?> type) {
		Supplier<Object> known = EMPTY.get(type);
		if (known != null) {
			return known;
		}
		if (type.isArray()) {
			return () -> Array.newInstance(type.getComponentType(), 0);
		}
		// concrete collections, such as ArrayList
		if (CollectionFactory.isApproximableCollectionType(type) && !type.isInterface()) {
			return () -> CollectionFactory.createCollection(type, 0);
		}
		if (CollectionFactory.isApproximableMapType(type) && !type.isInterface()) {
			return () -> CollectionFactory.createMap(type, 0);
		}
		return null;
	}

}
