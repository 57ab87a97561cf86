/**
 * The settings, and the composition root of the library.
 *
 * <p>Input: system properties, environment variables, init-params, context-params. Output: one
 * {@link org.tokenfilter.config.TokenSecurity} per application, which its filters and endpoints
 * share. All keys are in {@link org.tokenfilter.config.ConfigurationKey}. A {@link
 * org.tokenfilter.config.ConfigurationException} reports all mistakes at once.
 */
@NullMarked
package org.tokenfilter.config;

import org.jspecify.annotations.NullMarked;
