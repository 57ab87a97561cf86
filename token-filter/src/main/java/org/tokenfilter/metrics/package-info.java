/**
 * Metrics for operators, as Micrometer meters.
 *
 * <p>Input: a {@link org.tokenfilter.config.TokenSecurity} and a registry. Output: meters in the
 * registry. Start with {@link org.tokenfilter.metrics.TokenMetrics}. Only this package depends on
 * Micrometer, and no other package depends on this one: an application without Micrometer never
 * loads it.
 */
@NullMarked
package org.tokenfilter.metrics;

import org.jspecify.annotations.NullMarked;
