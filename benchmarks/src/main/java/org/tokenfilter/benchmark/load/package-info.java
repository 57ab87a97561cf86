/**
 * Sends requests over HTTP/1.1 and measures. Rendered requests go in, {@link
 * org.tokenfilter.benchmark.load.Run runs} come out. Start with {@link
 * org.tokenfilter.benchmark.load.Load}.
 */
@NullMarked
package org.tokenfilter.benchmark.load;

import org.jspecify.annotations.NullMarked;
