/**
 * An example of a custom token store, which keeps each record as a file in a folder.
 *
 * <p>Start with {@link com.example.folderstore.FolderTokenStore}, which has the logic that each
 * store needs. {@code RecordFolder} provides the transactions that a database would provide.
 */
@NullMarked
package com.example.folderstore;

import org.jspecify.annotations.NullMarked;
