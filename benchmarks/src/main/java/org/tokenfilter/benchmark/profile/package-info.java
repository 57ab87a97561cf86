/** The origin of the allocations and the CPU time of a request, from the JDK's flight recorder. */
@NullMarked
package org.tokenfilter.benchmark.profile;

import org.jspecify.annotations.NullMarked;
