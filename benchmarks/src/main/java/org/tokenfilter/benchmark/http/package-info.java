/**
 * Whole requests over HTTP, with and without protection. Start with {@link
 * org.tokenfilter.benchmark.http.HttpBenchmark}.
 */
@NullMarked
package org.tokenfilter.benchmark.http;

import org.jspecify.annotations.NullMarked;
