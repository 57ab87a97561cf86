/**
 * Sends HTTP/1.1 requests and measures. The input is rendered requests; the output is {@link
 * org.tokenfilter.benchmark.load.Run results}. Start with {@link
 * org.tokenfilter.benchmark.load.Load}.
 */
@NullMarked
package org.tokenfilter.benchmark.load;

import org.jspecify.annotations.NullMarked;
