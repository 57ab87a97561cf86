/**
 * Large numbers of records, in PostgreSQL and on the heap. Start with {@link
 * org.tokenfilter.benchmark.scale.ScaleBenchmark}.
 */
@NullMarked
package org.tokenfilter.benchmark.scale;

import org.jspecify.annotations.NullMarked;
