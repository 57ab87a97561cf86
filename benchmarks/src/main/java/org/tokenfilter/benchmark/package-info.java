/**
 * What the filter costs, beside a servlet without protection and beside other libraries. Start with
 * {@link org.tokenfilter.benchmark.Benchmarks}.
 */
@NullMarked
package org.tokenfilter.benchmark;

import org.jspecify.annotations.NullMarked;
