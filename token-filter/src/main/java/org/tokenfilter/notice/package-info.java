/**
 * Log lines for operators. A repeated event is reported once, and once more when it is over.
 *
 * <p>Start with {@link org.tokenfilter.notice.OperatorLog}. Each application has one instance,
 * which is created where its components are wired.
 */
@NullMarked
package org.tokenfilter.notice;

import org.jspecify.annotations.NullMarked;
