/**
 * Single steps of a request, measured with JMH. Start with {@link
 * org.tokenfilter.benchmark.micro.MicroBenchmark}.
 */
@NullMarked
package org.tokenfilter.benchmark.micro;

import org.jspecify.annotations.NullMarked;
