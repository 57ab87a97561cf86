/** The sample's filter and token APIs, registered by annotation. */
@NullMarked
package org.tokenfilter.integration.container.annotated;

import org.jspecify.annotations.NullMarked;
