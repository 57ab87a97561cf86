/**
 * The cost of the filter, compared with a servlet without protection and with other libraries.
 * Start with {@link org.tokenfilter.benchmark.Benchmarks}.
 */
@NullMarked
package org.tokenfilter.benchmark;

import org.jspecify.annotations.NullMarked;
