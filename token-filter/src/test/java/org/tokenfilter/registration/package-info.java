/** The methods of registering the filter, with one suite of tests for all of them. */
@NullMarked
package org.tokenfilter.registration;

import org.jspecify.annotations.NullMarked;
