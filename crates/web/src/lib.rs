//! What every HTTP front of Narthex shares: the embedded user interface and how it is served.
