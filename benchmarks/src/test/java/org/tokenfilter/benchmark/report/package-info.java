/** Tests of what people read. */
@NullMarked
package org.tokenfilter.benchmark.report;

import org.jspecify.annotations.NullMarked;
