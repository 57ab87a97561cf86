/**
 * Whether a failed login tells by its time that a user exists. Start with {@link
 * org.tokenfilter.benchmark.login.LoginTimingBenchmark}.
 */
@NullMarked
package org.tokenfilter.benchmark.login;

import org.jspecify.annotations.NullMarked;
