package dev.resilience.interceptor;

import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.resilience.guard.DurableCalls;
import dev.resilience.policy.InvalidSettingException;
import org.jspecify.annotations.Nullable;

import org.springframework.expression.Expression;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.SimpleEvaluationContext;

/**
 * The key by which the calls of a method are put in order, an expression over its
 * arguments.
 */
final class DeliveryKey {

	private static final SpelExpressionParser PARSER = new SpelExpressionParser();

	private final List<DurableCalls.Parameter> parameters;

	private final Expression expression;

	private DeliveryKey(List<DurableCalls.Parameter> parameters, Expression expression) {
		this.parameters = parameters;
		this.expression = expression;
	}

	/**
	 * Parse a key.
	 * @param source where it stands
	 */
	static DeliveryKey of(String expression, String source, Method method, List<DurableCalls.Parameter> parameters) {
		Set<String> variables = new HashSet<>();
		for (int i = 0; i < parameters.size(); i++) {
			variables.addAll(List.of("#" + parameters.get(i).name(), "#p" + i, "#a" + i));
		}
		String allowed = "a SpEL expression over the parameters of %s, such as '#%s'"
			.formatted(DependencySpec.signature(method), parameters.isEmpty() ? "orderId" : parameters.get(0).name());
		try {
			SpelExpression parsed = PARSER.parseRaw(expression);
			if (!refersOnlyTo(variables, parsed.getAST())) {
				throw new InvalidSettingException(source, expression, allowed);
			}
			return new DeliveryKey(parameters, parsed);
		}
		catch (ParseException ex) {
			throw new InvalidSettingException(source, expression, allowed);
		}
	}

	// a misspelt one would be null, and the calls in no order
	private static boolean refersOnlyTo(Set<String> variables, SpelNode node) {
		if ((node instanceof VariableReference && !variables.contains(node.toStringAST()))
				|| node instanceof TypeReference || node instanceof ConstructorReference
				|| node instanceof BeanReference) {
			return false;
		}
		for (int i = 0; i < node.getChildCount(); i++) {
			if (!refersOnlyTo(variables, node.getChild(i))) {
				return false;
			}
		}
		return true;
	}

	@Nullable String of(@Nullable Object[] arguments) {
		// whoever may change a setting must not be able to run anything
		SimpleEvaluationContext context = SimpleEvaluationContext.forReadOnlyDataBinding()
			.withInstanceMethods()
			.build();
		for (int i = 0; i < arguments.length; i++) {
			context.setVariable(this.parameters.get(i).name(), arguments[i]);
			context.setVariable("p" + i, arguments[i]);
			context.setVariable("a" + i, arguments[i]);
		}
		Object key = this.expression.getValue(context);
		return (key != null) ? key.toString() : null;
	}

}
