package chatlink

/** What Android wants besides the rest of this package. */
object ChatLinkAndroid {
    init {
        System.loadLibrary("chatlink_ffi")
    }

    /**
     * Tells the library where the app is, so that it can ask what the device trusts: once, before the first [ChatClient],
     * with the app's context. Without it `https` fails.
     */
    @JvmStatic
    external fun start(context: Any)
}
