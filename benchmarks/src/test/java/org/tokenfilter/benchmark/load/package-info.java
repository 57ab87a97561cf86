/** Tests of the load generator. */
@NullMarked
package org.tokenfilter.benchmark.load;

import org.jspecify.annotations.NullMarked;
