/**
 * The rules and the environment of a token service: lifetimes, limits, caches, clocks and memory.
 *
 * <p>Start with {@link org.tokenfilter.policy.TokenPolicy}.
 */
@NullMarked
package org.tokenfilter.policy;

import org.jspecify.annotations.NullMarked;
