from django.urls import path

from courses.views import catalogue, exports, imports, judging, library, live, rereviews, topics, versions

app_name = "courses"
TOWN, TEACH = {"door": versions.TOWN}, {"door": versions.TEACH}
urlpatterns = [
    path("town/courses/", catalogue.town_list, name="town-list"),
    path("town/courses/<int:pk>/", library.detail, name="detail"),
    path("me/courses/", catalogue.me_list, name="me-list"),
    path("me/courses/<int:pk>/", catalogue.me_detail, name="me-detail"),
    path("courses/", catalogue.public_list, name="public-list"),
    path("courses/<int:pk>/", catalogue.public_detail, name="public-detail"),
    path("courses/<int:pk>/cover.svg", catalogue.cover, name="cover"),
    # lists in and out
    path("county/courses/import/", imports.upload, name="county-import"),
    path("town/courses/template.xlsx", imports.import_template, name="import-template"),
    path("town/courses/export.xlsx", exports.export, name="town-export"),
    # versions and their parts
    path("town/courses/<int:pk>/versions/", versions.course_versions, name="versions"),
    path("town/courses/<int:pk>/versions/add/", versions.draft_add, TOWN, name="town-draft-add"),
    path("town/course-versions/<int:pk>/publish/", versions.version_publish, name="version-publish"),
    path("town/course-versions/<int:pk>/drop/", versions.version_drop, name="version-drop"),
    path("teach/courses/", versions.teach_courses, name="teach-courses"),
    path("teach/courses/<int:pk>/versions/add/", versions.draft_add, TEACH, name="teach-draft-add"),
    path("town/course-versions/<int:pk>/", versions.version, TOWN, name="town-version"),
    path("town/course-versions/<int:pk>/save/", versions.version_save, TOWN, name="town-version-save"),
    path("town/course-versions/<int:pk>/texts/add/", versions.text_add, TOWN, name="town-text-add"),
    path("town/course-versions/<int:pk>/uploads/begin/", versions.upload_begin, TOWN, name="town-upload-begin"),
    path("town/course-versions/<int:pk>/files/add/", versions.file_add, TOWN, name="town-file-add"),
    path("town/materials/<int:pk>/", versions.material, TOWN, name="town-material"),
    path("town/materials/<int:pk>/file/", versions.material_file, TOWN, name="town-material-file"),
    path("town/materials/<int:pk>/remove/", versions.material_remove, TOWN, name="town-material-remove"),
    path("teach/course-versions/<int:pk>/", versions.version, TEACH, name="teach-version"),
    path("teach/course-versions/<int:pk>/save/", versions.version_save, TEACH, name="teach-version-save"),
    path("teach/course-versions/<int:pk>/texts/add/", versions.text_add, TEACH, name="teach-text-add"),
    path("teach/course-versions/<int:pk>/uploads/begin/", versions.upload_begin, TEACH, name="teach-upload-begin"),
    path("teach/course-versions/<int:pk>/files/add/", versions.file_add, TEACH, name="teach-file-add"),
    path("teach/materials/<int:pk>/", versions.material, TEACH, name="teach-material"),
    path("teach/materials/<int:pk>/file/", versions.material_file, TEACH, name="teach-material-file"),
    path("teach/materials/<int:pk>/remove/", versions.material_remove, TEACH, name="teach-material-remove"),
    # topics and their judging
    path("town/topics/", topics.topics, name="topics"),
    path("town/topics/add/", topics.topic_add, name="topic-add"),
    path("town/topics/<int:pk>/", topics.topic, name="topic"),
    path("town/topics/<int:pk>/edit/", topics.topic_edit, name="topic-edit"),
    path("town/topics/<int:pk>/declare/", topics.topic_declare, name="topic-declare"),
    path("town/topics/<int:pk>/script/", topics.topic_script, name="topic-script"),
    path("town/topics/<int:pk>/drop/", topics.topic_drop, name="topic-drop"),
    path("town/topics/<int:pk>/decide/", topics.topic_decide, name="topic-decide"),
    path("town/topics/<int:pk>/panel/", topics.panel_open, name="panel-open"),
    path("town/topics/<int:pk>/trial/", topics.topic_trial, name="topic-trial"),
    path("town/topics/<int:pk>/feature/", topics.topic_feature, name="topic-feature"),
    path("town/panels/<int:pk>/invite/", topics.judge_invite, name="judge-invite"),
    path("town/panels/<int:pk>/close/", topics.panel_close, name="panel-close"),
    path("town/judges/<int:pk>/remove/", topics.judge_remove, name="judge-remove"),
    path("judge/", judging.judge_list, name="judge-list"),
    path("judge/<int:pk>/", judging.judge_ballot, name="judge-ballot"),
    path("judge/<int:pk>/script/", judging.judge_script, name="judge-script"),
    # the yearly review
    path("town/reviews/", rereviews.reviews, name="reviews"),
    path("town/courses/<int:pk>/review/", rereviews.course_review, name="course-review"),
    path("town/reviews/<int:pk>/improved/", rereviews.review_improved, name="review-improved"),
    # what is on elsewhere
    path("town/live/", live.town_live, name="town-live"),
    path("town/broadcasts/<int:pk>/", live.broadcast, name="broadcast"),
    path("me/live/", live.me_live, name="me-live"),
]
