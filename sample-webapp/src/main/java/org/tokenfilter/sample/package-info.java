/**
 * A small application behind the filter: a few public pages, and an API that shows who asked. Start
 * with {@code WEB-INF/web.xml}, which is where everything is registered.
 */
@NullMarked
package org.tokenfilter.sample;

import org.jspecify.annotations.NullMarked;
