/**
 * Settings, and the one place where everything is put together.
 *
 * <p>Enters: system properties, environment, init-params, context-params. Leaves: a {@link
 * org.tokenfilter.config.TokenSecurity}, one for an application, which its filters and endpoints
 * share. All keys are in {@link org.tokenfilter.config.ConfigurationKey}; all mistakes are reported
 * at once by a {@link org.tokenfilter.config.ConfigurationException}.
 */
@NullMarked
package org.tokenfilter.config;

import org.jspecify.annotations.NullMarked;
