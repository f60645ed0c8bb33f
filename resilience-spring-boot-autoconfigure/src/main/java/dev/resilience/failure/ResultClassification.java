package dev.resilience.failure;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import dev.resilience.FailureKind;
import dev.resilience.OutcomeClassifier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.util.ClassUtils;

/**
 * Finds the failures among results: the application's classifiers first, then the
 * built-in one for the result's technology.
 */
public final class ResultClassification {

	private static final Logger logger = LoggerFactory.getLogger("dev.resilience");

	/** What finds their failures, by the type that tells whether they are present. */
	static final Map<String, Supplier<ResultClassifier>> TECHNOLOGIES = Map.of(
			"org.springframework.http.ResponseEntity", ResponseEntityClassifier::new,
			"org.springframework.web.reactive.function.client.ClientResponse", ClientResponseClassifier::new,
			"feign.Response", FeignResponseClassifier::new);

	private final List<OutcomeClassifier> applicationClassifiers;

	private final List<ResultClassifier> technologies;

	private ResultClassification(List<OutcomeClassifier> applicationClassifiers, List<ResultClassifier> technologies) {
		this.applicationClassifiers = List.copyOf(applicationClassifiers);
		this.technologies = List.copyOf(technologies);
	}

	/**
	 * Create a classification with a classifier for each technology that is present.
	 * @param applicationClassifiers the application's own, in their order
	 * @param classLoader where to look for the technologies
	 * @return the classification
	 */
	public static ResultClassification create(List<OutcomeClassifier> applicationClassifiers,
			@Nullable ClassLoader classLoader) {
		List<ResultClassifier> technologies = new ArrayList<>();
		TECHNOLOGIES.forEach((type, classifier) -> {
			if (ClassUtils.isPresent(type, classLoader)) {
				technologies.add(classifier.get());
			}
		});
		technologies.add(new JdkResponseClassifier());
		return new ResultClassification(applicationClassifiers, technologies);
	}

	/**
	 * What is left to ask for results of a type.
	 * @param type the declared type of the results
	 * @return the classification, {@code null} if none of them can be a failure
	 */
	public @Nullable ResultClassification of(Class<?> type) {
		if (type == void.class || type == Void.class) {
			return null;
		}
		List<ResultClassifier> applicable = this.technologies.stream()
			.filter((each) -> each.type().isAssignableFrom(type) || type.isAssignableFrom(each.type()))
			.toList();
		return (this.applicationClassifiers.isEmpty() && applicable.isEmpty()) ? null
				: new ResultClassification(this.applicationClassifiers, applicable);
	}

	/**
	 * Judge a result.
	 * @param result what a guarded method returned
	 * @throws FailedResult if it is a failure
	 */
	public void check(@Nullable Object result) {
		FailureKind kind = ask(result);
		if (kind == FailureKind.NONE) {
			return;
		}
		ResultClassifier technology = technology(result);
		Classification details = (technology != null && result != null) ? technology.classify(result) : null;
		if (kind != null) {
			// the kind is the application's, the details are still the technology's
			Classification classification = (details != null) ? details.withKind(kind) : Classification.of(kind);
			throw new FailedResult(result, classification, technology);
		}
		if (details != null) {
			throw new FailedResult(result, details, technology);
		}
	}

	private @Nullable FailureKind ask(@Nullable Object result) {
		for (OutcomeClassifier classifier : this.applicationClassifiers) {
			try {
				FailureKind kind = classifier.classify(result);
				if (kind != null) {
					return kind;
				}
			}
			catch (RuntimeException ex) {
				// a result must not be lost because it could not be classified
				logger.error("Outcome classifier {} failed", classifier.getClass().getName(), ex);
			}
		}
		return null;
	}

	private @Nullable ResultClassifier technology(@Nullable Object result) {
		for (ResultClassifier technology : this.technologies) {
			if (technology.type().isInstance(result)) {
				return technology;
			}
		}
		return null;
	}

}
