/**
 * An example of a custom token store on the base class, which keeps each row as a file in a folder.
 *
 * <p>Start with {@link com.example.folderstore.FolderTokenStore}, which makes the transactions that
 * a database would have. {@code RowFolder} has the files.
 */
@NullMarked
package com.example.folderstore;

import org.jspecify.annotations.NullMarked;
