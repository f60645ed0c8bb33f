package dev.resilience.interceptor.inherited;

import dev.resilience.Dependency;
import dev.resilience.DependencyType;

/**
 * A superclass in another package than the class of the bean.
 */
public class HiddenMethods {

	@Dependency(name = "payments", type = DependencyType.CRITICAL)
	void hidden() {
	}

}
