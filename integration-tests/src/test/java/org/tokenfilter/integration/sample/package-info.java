/** Tests of the sample's packaged WAR, run in a separate process. */
@NullMarked
package org.tokenfilter.integration.sample;

import org.jspecify.annotations.NullMarked;
