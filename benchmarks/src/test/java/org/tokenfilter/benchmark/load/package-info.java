/** Tests of what sends requests and counts. */
@NullMarked
package org.tokenfilter.benchmark.load;

import org.jspecify.annotations.NullMarked;
