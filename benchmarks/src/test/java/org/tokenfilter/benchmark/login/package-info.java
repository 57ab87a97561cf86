/** Tests of the statistics. */
@NullMarked
package org.tokenfilter.benchmark.login;

import org.jspecify.annotations.NullMarked;
