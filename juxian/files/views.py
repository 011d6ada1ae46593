"""The one address where pieces of large files arrive. Who may begin and who keeps them, the floors above decide."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from juxian.files import arriving
from juxian.files.models import Upload

GONE = "这个文件没有在传，可能已传完、已取消或放得太久。请重新选择文件。"


def state(upload: Upload) -> dict[str, object]:
    """What a page needs to go on: where to send, from where on, how much at once."""
    return {
        "url": reverse("files:upload", args=[upload.key]),
        "cancel": reverse("files:upload-cancel", args=[upload.key]),
        "key": upload.key,
        "offset": arriving.offset_of(upload),
        "size": upload.size,
        "piece": arriving.PIECE,
    }


def _upload(request: HttpRequest, key: str) -> Upload:
    try:
        return arriving.of_owner(key, request.user.pk or 0, timezone.now())
    except Upload.DoesNotExist:
        raise Http404(GONE) from None


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest, key: str) -> JsonResponse:
    """GET: how far it is. POST: the next piece as the body, `Upload-Offset` says where it begins.

    200 with the new offset; 409 with the right one; 413 for too large a piece; 404 where nothing is under way.
    """
    row = _upload(request, key)
    if request.method == "GET":
        return JsonResponse(state(row))
    offset = request.headers.get("Upload-Offset", "")
    if not offset.isascii() or not offset.isdigit() or len(offset) > 15:
        return JsonResponse({"error": "没有写明从哪里接着传。", **state(row)}, status=400)
    piece = request.read(arriving.PIECE + 1)
    if len(piece) > arriving.PIECE:
        return JsonResponse({"error": "一次传得太多，请刷新页面再试。", **state(row)}, status=413)
    try:
        row = arriving.append(row, int(offset), piece)
    except arriving.WrongOffset as wrong:
        return JsonResponse({"error": "接着传的位置不对，已改正。", **state(row), "offset": wrong.offset}, status=409)
    except Upload.DoesNotExist:
        raise Http404(GONE) from None
    except ValidationError as refusal:
        return JsonResponse({"error": " ".join(refusal.messages)}, status=400)
    return JsonResponse(state(row))


@require_POST
def upload_cancel(request: HttpRequest, key: str) -> JsonResponse:
    """Forget what has arrived."""
    arriving.drop(_upload(request, key))
    return JsonResponse({})
