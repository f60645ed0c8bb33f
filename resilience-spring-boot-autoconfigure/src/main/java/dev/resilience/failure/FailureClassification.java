package dev.resilience.failure;

import java.util.ArrayList;
import java.util.List;

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

	private static final Classification UNKNOWN = Classification.of(FailureKind.UNKNOWN);

	private final List<FailureClassifier> applicationClassifiers;

	private final List<LinkClassifier> linkClassifiers;

	private FailureClassification(List<FailureClassifier> applicationClassifiers,
			List<LinkClassifier> linkClassifiers) {
		this.applicationClassifiers = List.copyOf(applicationClassifiers);
		this.linkClassifiers = List.copyOf(linkClassifiers);
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
		if (ClassUtils.isPresent("org.springframework.security.core.AuthenticationException", classLoader)) {
			links.add(new SecurityLinkClassifier());
		}
		if (ClassUtils.isPresent("jakarta.validation.ConstraintViolationException", classLoader)) {
			links.add(new ValidationLinkClassifier());
		}
		if (ClassUtils.isPresent("org.springframework.web.client.RestClientException", classLoader)) {
			links.add(new RestClientLinkClassifier());
		}
		if (ClassUtils.isPresent("org.springframework.web.reactive.function.client.WebClientException", classLoader)) {
			links.add(new WebClientLinkClassifier());
		}
		if (ClassUtils.isPresent("org.springframework.dao.DataAccessException", classLoader)) {
			links.add(new DataAccessLinkClassifier());
		}
		// before the JDK's exceptions: some of these are subclasses of them
		links.add(new NamedLinkClassifier());
		links.add(new JdkLinkClassifier());
		links.add(new JdbcLinkClassifier());
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
		Classification deepest = UNKNOWN;
		Throwable link = failure;
		for (int i = 0; link != null && i < LONGEST_CHAIN; i++) {
			if (link instanceof DependencyException refused) {
				// a guarded call inside a guarded call: its causes are older failures
				return Classification.of(refused.failure());
			}
			if (link instanceof FailedResult returned) {
				return returned.classification();
			}
			Classification known = classifyLink(link);
			if (known == Classification.OURS) {
				return known;
			}
			if (known != null) {
				deepest = deepest.database() ? new Classification(known.kind(), known.retryAfter(),
						known.unauthorized(), true, known.failedShare()) : known;
			}
			link = link.getCause();
		}
		return deepest;
	}

	private @Nullable Classification classifyLink(Throwable link) {
		for (LinkClassifier classifier : this.linkClassifiers) {
			Classification known = classifier.classify(link);
			if (known != null) {
				return known;
			}
		}
		return null;
	}

}
