/**
 * The presentation of results: Markdown and a chart. Start with {@link
 * org.tokenfilter.benchmark.report.Report}.
 */
@NullMarked
package org.tokenfilter.benchmark.report;

import org.jspecify.annotations.NullMarked;
