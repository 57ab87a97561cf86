/**
 * Guards in front of a component that may be slow or broken, such as a token store or an account
 * provider: bounded concurrency, bounded waits, shared calls and measured calls; and against a
 * clock that runs backwards.
 *
 * <p>Start with {@link org.tokenfilter.guard.GuardedTokenStore}, which guards a token store with a
 * {@link org.tokenfilter.guard.Bulkhead} and a {@link org.tokenfilter.monitor.StoreCallMonitor}.
 * The reads of many requests become a few questions by {@link org.tokenfilter.guard.MergedCalls}.
 */
@NullMarked
package org.tokenfilter.guard;

import org.jspecify.annotations.NullMarked;
