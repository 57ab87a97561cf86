/**
 * A small application behind the filter: a few public pages, and an API that shows the user of a
 * request. Start with {@code WEB-INF/web.xml}, which registers everything.
 */
@NullMarked
package org.tokenfilter.sample;

import org.jspecify.annotations.NullMarked;
