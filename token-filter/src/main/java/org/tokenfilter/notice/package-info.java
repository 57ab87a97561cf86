/**
 * Log lines for operators: something that goes on and on is told once, and again when it is over.
 *
 * <p>Start with {@link org.tokenfilter.notice.Notices}. There is one for an application; it is made
 * where the application is put together.
 */
@NullMarked
package org.tokenfilter.notice;

import org.jspecify.annotations.NullMarked;
