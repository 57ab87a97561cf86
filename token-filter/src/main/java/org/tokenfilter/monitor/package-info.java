/**
 * The observation of the calls of a token store: their number, duration and outcome.
 *
 * <p>Start with {@link org.tokenfilter.monitor.StoreCallMonitor}, which measures each call and
 * notifies each {@link org.tokenfilter.monitor.StoreCallListener}.
 */
@NullMarked
package org.tokenfilter.monitor;

import org.jspecify.annotations.NullMarked;
