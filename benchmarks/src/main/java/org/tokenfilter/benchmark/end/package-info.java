/**
 * The delay until a token that is revoked on one node is refused by another. Start with {@link
 * org.tokenfilter.benchmark.end.RevocationBenchmark}.
 */
@NullMarked
package org.tokenfilter.benchmark.end;

import org.jspecify.annotations.NullMarked;
