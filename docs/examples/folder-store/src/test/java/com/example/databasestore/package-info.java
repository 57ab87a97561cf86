/** The frame of a store over a database, shown in docs/writing-a-store.md; compiled, not run. */
@NullMarked
package com.example.databasestore;

import org.jspecify.annotations.NullMarked;
