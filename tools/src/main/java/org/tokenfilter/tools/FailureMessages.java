package org.tokenfilter.tools;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.tokenfilter.store.TokenStoreException;

/** The messages of commands that failed: one line each, without secrets. */
final class FailureMessages {

  private FailureMessages() {}

  static String describe(Exception failure) {
    if (failure instanceof NoSuchFileException missing) {
      return "there is no file " + missing.getFile();
    }
    if (failure instanceof FileAlreadyExistsException there) {
      return there.getFile() + " exists already and was not changed";
    }
    if (failure instanceof AccessDeniedException denied) {
      return "this user is not allowed to read or write " + denied.getFile();
    }
    boolean worded =
        failure instanceof IllegalArgumentException
            || failure instanceof IllegalStateException
            || failure instanceof TokenStoreException
            || failure.getClass() == IOException.class;
    return worded ? String.valueOf(failure.getMessage()) : failure.toString();
  }
}
