/**
 * What an operator watches, as meters of Micrometer.
 *
 * <p>Enters: a {@link org.tokenfilter.config.TokenSecurity} and a registry. Leaves: meters in it.
 * Start with {@link org.tokenfilter.metrics.TokenMetrics}. Only this room sees Micrometer, and no
 * other one sees it: an application without Micrometer never loads it.
 */
@NullMarked
package org.tokenfilter.metrics;

import org.jspecify.annotations.NullMarked;
