/** Tests of the report. */
@NullMarked
package org.tokenfilter.benchmark.report;

import org.jspecify.annotations.NullMarked;
