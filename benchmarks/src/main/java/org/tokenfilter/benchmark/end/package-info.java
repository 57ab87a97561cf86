/**
 * How soon a token that ends on one node is refused by another. Start with {@link
 * org.tokenfilter.benchmark.end.EndBenchmark}.
 */
@NullMarked
package org.tokenfilter.benchmark.end;

import org.jspecify.annotations.NullMarked;
