/** The sample's WAR as it was packaged, run by itself in a process of its own. */
@NullMarked
package org.tokenfilter.integration.sample;

import org.jspecify.annotations.NullMarked;
