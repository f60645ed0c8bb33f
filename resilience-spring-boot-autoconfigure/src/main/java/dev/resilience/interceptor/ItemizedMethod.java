package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

import dev.resilience.guard.Form;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * A method that works on a collection of items, its first parameter, and whose results
 * for some of them can be put together with those for others.
 *
 * @param parameter the type of the collection
 * @param results what the method returns
 * @param keyType the type of the items in a map of results
 * @param valueType the type of one result
 */
record ItemizedMethod(Class<?> parameter, Results results, Class<?> keyType, Class<?> valueType) {

	/**
	 * Look at a method.
	 * @return how it works on items, {@code null} if it does not
	 */
	static @Nullable ItemizedMethod of(Method method, Class<?> owner, Form form) {
		if (method.getParameterCount() == 0 || form == Form.FLUX) {
			return null;
		}
		ResolvableType parameter = ResolvableType.forMethodParameter(method, 0, owner);
		if (!isIterable(parameter.toClass(), ArrayList.class, LinkedHashSet.class, TreeSet.class)) {
			return null;
		}
		ResolvableType result = ReturnForms.value(method, owner, (form == Form.BACKGROUND) ? Form.BLOCKING : form);
		Class<?> type = result.toClass();
		if (type == void.class || type == Void.class) {
			return new ItemizedMethod(parameter.toClass(), Results.NONE, Object.class, Object.class);
		}
		if (Map.class.isAssignableFrom(type) && type.isAssignableFrom(LinkedHashMap.class)) {
			Class<?> keyType = result.asMap().getGeneric(0).resolve(Object.class);
			Class<?> itemType = parameter.as(Iterable.class).getGeneric(0).resolve(Object.class);
			return keyType.isAssignableFrom(itemType) ? new ItemizedMethod(parameter.toClass(), Results.BY_ITEM,
					keyType, result.asMap().getGeneric(1).resolve(Object.class)) : null;
		}
		Class<?> valueType = result.as(Iterable.class).getGeneric(0).resolve(Object.class);
		if (isIterable(type, ArrayList.class)) {
			return new ItemizedMethod(parameter.toClass(), Results.IN_ORDER, Object.class, valueType);
		}
		return isIterable(type, LinkedHashSet.class)
				? new ItemizedMethod(parameter.toClass(), Results.SET, Object.class, valueType) : null;
	}

	private static boolean isIterable(Class<?> type, Class<?>... ours) {
		return Iterable.class.isAssignableFrom(type) && List.of(ours).stream().anyMatch(type::isAssignableFrom);
	}

	/** The items of a call, in their order. */
	static List<@Nullable Object> items(@Nullable Object[] arguments) {
		List<@Nullable Object> items = new ArrayList<>();
		if (arguments[0] instanceof Iterable<?> given) {
			given.forEach(items::add);
		}
		return items;
	}

	/** Some of the items, in a collection like the one that was given. */
	@SuppressWarnings("unchecked")
	Object argument(@Nullable Object given, List<@Nullable Object> items) {
		Collection<@Nullable Object> argument;
		if (given instanceof SortedSet<?> sorted && this.parameter.isAssignableFrom(TreeSet.class)) {
			argument = new TreeSet<>(((SortedSet<Object>) sorted).comparator());
		}
		else if (this.parameter.isAssignableFrom(LinkedHashSet.class)
				&& (given instanceof Set || !this.parameter.isAssignableFrom(ArrayList.class))) {
			argument = new LinkedHashSet<>();
		}
		else {
			argument = this.parameter.isAssignableFrom(ArrayList.class) ? new ArrayList<>() : new TreeSet<>();
		}
		argument.addAll(items);
		return argument;
	}

	/** Whether a result of the method could hold these results of items. */
	boolean holds(Map<?, ?> succeeded) {
		return (this.results != Results.BY_ITEM
				|| succeeded.keySet().stream().allMatch((item) -> item == null || this.keyType.isInstance(item)))
				&& succeeded.values().stream().allMatch((value) -> value == null || this.valueType.isInstance(value));
	}

	/**
	 * Tell the results of items apart.
	 * @param asked the items of an attempt
	 * @param value what it returned
	 * @param further takes results of which nobody knows the item
	 * @return the results by item
	 */
	Map<@Nullable Object, @Nullable Object> byItem(List<@Nullable Object> asked, @Nullable Object value,
			Collection<@Nullable Object> further) {
		Map<@Nullable Object, @Nullable Object> byItem = new LinkedHashMap<>();
		if (this.results == Results.BY_ITEM && value instanceof Map<?, ?> map) {
			byItem.putAll(map);
		}
		else if (value instanceof Iterable<?> given) {
			List<@Nullable Object> values = new ArrayList<>();
			given.forEach(values::add);
			if (this.results == Results.IN_ORDER && values.size() == asked.size()) {
				for (int i = 0; i < values.size(); i++) {
					byItem.put(asked.get(i), values.get(i));
				}
			}
			else {
				further.addAll(values);
			}
		}
		return byItem;
	}

	/**
	 * Put results together.
	 * @param items all items of the call
	 * @param succeeded results by item
	 * @param further other results
	 * @return a result of the method, in the order of the items
	 */
	@Nullable Object result(List<@Nullable Object> items, Map<?, ?> succeeded, Collection<?> further) {
		if (this.results == Results.NONE) {
			return null;
		}
		if (this.results == Results.BY_ITEM) {
			Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
			items.stream().filter(succeeded::containsKey).forEach((item) -> map.put(item, succeeded.get(item)));
			succeeded.forEach(map::putIfAbsent);
			return map;
		}
		List<@Nullable Object> values = new ArrayList<>();
		items.stream().filter(succeeded::containsKey).forEach((item) -> values.add(succeeded.get(item)));
		Set<@Nullable Object> known = new LinkedHashSet<>(items);
		succeeded.forEach((item, value) -> {
			if (!known.contains(item)) {
				values.add(value);
			}
		});
		values.addAll(further);
		return (this.results == Results.SET) ? new LinkedHashSet<>(values) : values;
	}

	/**
	 * What a method returns for its items.
	 */
	enum Results {

		/** Nothing. */
		NONE,

		/** A map from items to results. */
		BY_ITEM,

		/** A result for each item, in the same order. */
		IN_ORDER,

		/** Results whose items nobody knows. */
		SET

	}

}
