/**
 * Single steps of a request, by JMH. Start with {@link
 * org.tokenfilter.benchmark.micro.MicroBenchmark}.
 */
@NullMarked
package org.tokenfilter.benchmark.micro;

import org.jspecify.annotations.NullMarked;
