/** Where the bytes and the time of a request go, by the JDK's flight recorder. */
@NullMarked
package org.tokenfilter.benchmark.profile;

import org.jspecify.annotations.NullMarked;
