package dev.resilience.interceptor;

import dev.resilience.failure.ResultClassification;
import dev.resilience.guard.Form;
import dev.resilience.guard.ResultCheck;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.ClassUtils;

/**
 * Decides at startup which checks the results of a method need.
 *
 * @param outcomes finds results that are failures
 * @param beans where a validator is found
 */
record ResultChecks(ResultClassification outcomes, BeanFactory beans) {

	private static final boolean VALIDATION = ClassUtils.isPresent("jakarta.validation.Validator",
			ResultChecks.class.getClassLoader());

	/**
	 * The check of a method's results.
	 * @return the check, {@code null} if there is nothing to check
	 */
	@Nullable ResultCheck find(DependencySpec spec, Form form) {
		if (form == Form.BACKGROUND || form == Form.FLUX) {
			return null;
		}
		ResultClassification outcomes = this.outcomes
			.of(ReturnForms.value(spec.method(), spec.owner(), form).toClass());
		ResultCheck constraints = VALIDATION ? ResultConstraints.of(spec, form, this.beans) : null;
		if (outcomes == null) {
			return constraints;
		}
		if (constraints == null) {
			return (work, result) -> outcomes.check(result);
		}
		return (work, result) -> {
			outcomes.check(result);
			constraints.check(work, result);
		};
	}

}
