package dev.resilience.autoconfigure;

import java.util.Set;

import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the endpoint shows.
 *
 * @param showValues when to show the arguments of durable calls.
 * @param roles roles to which the arguments of durable calls are shown when-authorized.
 * Default: everybody who is authenticated.
 */
@ConfigurationProperties("management.endpoint.integrations")
record IntegrationsEndpointProperties(@DefaultValue("never") Show showValues, @DefaultValue Set<String> roles) {
}
