/**
 * The difference in time between failed logins of existing and of unknown users. Start with {@link
 * org.tokenfilter.benchmark.login.LoginTimingBenchmark}.
 */
@NullMarked
package org.tokenfilter.benchmark.login;

import org.jspecify.annotations.NullMarked;
