//! Notices in Spanish.

use super::NoticeKind;
use crate::rights::Words;

pub(super) fn subject(kind: &NoticeKind, product: &str) -> String {
    match kind {
        NoticeKind::RegistrationCode { code, .. } | NoticeKind::ContactCode { code, .. } => {
            format!("{} es tu código de {product}", code.as_str())
        }
        NoticeKind::ResetCode { code, .. } => {
            format!("{} es tu código para cambiar la contraseña de {product}", code.as_str())
        }
        NoticeKind::AlreadyRegistered => format!("Ya tienes una cuenta en {product}"),
        NoticeKind::NotNow => format!("Ahora no puedes unirte a {product}"),
        NoticeKind::PasswordChanged => format!("Se cambió tu contraseña de {product}"),
        NoticeKind::UsernameChanged => format!("Se cambió tu nombre de usuario de {product}"),
        NoticeKind::ContactAdded => format!("Se añadió un contacto a tu cuenta de {product}"),
        NoticeKind::ContactRemoved => format!("Se quitó un contacto de tu cuenta de {product}"),
        NoticeKind::FactorOn => format!("Se activó la verificación en dos pasos de tu cuenta de {product}"),
        NoticeKind::FactorOff => format!("Se desactivó la verificación en dos pasos de tu cuenta de {product}"),
        NoticeKind::RecoveryRenewed => format!("Se cambiaron tus códigos de recuperación de {product}"),
        NoticeKind::PasskeyAdded => format!("Se añadió una llave de acceso a tu cuenta de {product}"),
        NoticeKind::PasskeyRemoved => format!("Se quitó una llave de acceso de tu cuenta de {product}"),
        NoticeKind::AccountDeleted { .. } => format!("Se eliminó tu cuenta de {product}"),
    }
}

pub(super) fn text(kind: &NoticeKind, product: &str) -> String {
    const RESET: &str = "Si no fuiste tú, cambia tu contraseña ahora: pide una nueva en la página de inicio de sesión.";
    match kind {
        NoticeKind::RegistrationCode { code, minutes } => format!(
            "Tu código de {product} es {}. Vale durante {minutes} minutos. No se lo des a nadie.",
            code.as_str()
        ),
        NoticeKind::ResetCode { code, minutes } => format!(
            "Tu código para cambiar la contraseña de {product} es {}. Vale durante {minutes} minutos. No se lo des a \
             nadie. Si no lo pediste, no hagas nada: tu contraseña no cambia.",
            code.as_str()
        ),
        NoticeKind::ContactCode { code, minutes } => format!(
            "Tu código para añadir este contacto a tu cuenta de {product} es {}. Vale durante {minutes} minutos. No \
             se lo des a nadie. Si no lo pediste, no hagas nada.",
            code.as_str()
        ),
        NoticeKind::AlreadyRegistered => format!(
            "Alguien, quizá tú, quiso usar este contacto en {product}. Ya tiene una cuenta: inicia sesión o pide una \
             contraseña nueva. Si no fuiste tú, no hagas nada."
        ),
        NoticeKind::NotNow => {
            format!("Ahora no es posible unirse a {product} con este contacto. Inténtalo otro día.")
        }
        NoticeKind::PasswordChanged => format!(
            "Se cambió la contraseña de tu cuenta de {product}. Si no fuiste tú, cámbiala ahora: pide una contraseña \
             nueva en la página de inicio de sesión."
        ),
        NoticeKind::UsernameChanged => format!("Se cambió el nombre de usuario de tu cuenta de {product}. {RESET}"),
        NoticeKind::ContactAdded => {
            format!("Se añadió un contacto a tu cuenta de {product}, o tomó el lugar de otro del mismo tipo. {RESET}")
        }
        NoticeKind::ContactRemoved => format!("Se quitó un contacto de tu cuenta de {product}. {RESET}"),
        NoticeKind::FactorOn => format!(
            "Desde ahora tu cuenta de {product} pide un código de tu aplicación de autenticación en cada inicio de \
             sesión. {RESET}"
        ),
        NoticeKind::FactorOff => {
            format!("Tu cuenta de {product} ya no pide un código de tu aplicación de autenticación. {RESET}")
        }
        NoticeKind::RecoveryRenewed => format!(
            "Se cambiaron los códigos de recuperación de tu cuenta de {product}; los anteriores ya no valen. {RESET}"
        ),
        NoticeKind::PasskeyAdded => format!(
            "Se añadió una llave de acceso a tu cuenta de {product}: con ella se inicia sesión sin contraseña. Si no \
             fuiste tú, inicia sesión, quita la llave en los ajustes y cambia tu contraseña."
        ),
        NoticeKind::PasskeyRemoved => {
            format!("Se quitó una llave de acceso de tu cuenta de {product}. {RESET}")
        }
        NoticeKind::AccountDeleted { words } => {
            let messages = match words {
                Words::Stay => "Tus mensajes se quedan donde están, sin tu nombre",
                Words::TakenBack => "Tus mensajes se están retirando",
            };
            format!(
                "Tu cuenta de {product} se eliminó con tu contraseña. {messages}. Durante 30 días nadie puede \
                 registrarse con este contacto ni tomar tu nombre de usuario. Si no fuiste tú, alguien conoce tu \
                 contraseña: cámbiala en los demás sitios donde la uses. La cuenta no se puede recuperar."
            )
        }
    }
}
