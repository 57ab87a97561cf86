/** Tests of the JDBC store on H2 and on a fake database that misbehaves. */
@NullMarked
package org.tokenfilter.store.jdbc;

import org.jspecify.annotations.NullMarked;
